"""Whether HotTopic's transition moves when other algorithms reach the same strength."""

from evo.experiments.hottopic_policies.config import HotTopicPoliciesConfig
from evo.experiments.hottopic_policies.experiment import HotTopicPolicies

__all__ = ["HotTopicPolicies", "HotTopicPoliciesConfig"]
