"""The mutation strength at which the (1+1)-EA stops climbing HotTopic."""

from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig
from evo.experiments.hottopic_transition.experiment import HotTopicTransition

__all__ = ["HotTopicTransition", "HotTopicTransitionConfig"]
