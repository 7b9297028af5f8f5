"""A fit of scikit-learn over several jobs, with data made on the spot."""

# log: accuracy

from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

if __name__ == "__main__":
    x, y = make_classification(100, random_state=0)
    print(
        "accuracy", cross_val_score(RandomForestClassifier(20, n_jobs=2, random_state=0), x, y, n_jobs=2, cv=2).mean()
    )
