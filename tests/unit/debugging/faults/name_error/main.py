from training import Trainer

trainer = Trainer(epochs=3)
trainer.run()  # CALLS
