"""The catalogue of method components.

Order within a file is the order in which components are tried when no paper speaks for one: methods that broad
comparisons found strong on small tables come first (Fernández-Delgado et al., Journal of Machine Learning Research 15,
2014), in no case what was measured on a built-in task.
"""

from __future__ import annotations

from agent.models.rule_based.catalogue.ensembles import ENSEMBLES
from agent.models.rule_based.catalogue.features import FEATURES
from agent.models.rule_based.catalogue.images import IMAGES
from agent.models.rule_based.catalogue.models import MODELS
from agent.models.rule_based.catalogue.regressors import REGRESSORS
from agent.models.rule_based.catalogue.training import TRAINING

CATALOGUE = (*MODELS, *REGRESSORS, *TRAINING, *IMAGES, *FEATURES, *ENSEMBLES)
BY_NAME = {component.name: component for component in CATALOGUE}
