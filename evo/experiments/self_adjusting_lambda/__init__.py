"""The s of the (1:s+1) rule from which the self-adjusting (1,lambda)-EA fails."""

from evo.experiments.self_adjusting_lambda.config import SelfAdjustingLambdaConfig
from evo.experiments.self_adjusting_lambda.experiment import SelfAdjustingLambda

__all__ = ["SelfAdjustingLambda", "SelfAdjustingLambdaConfig"]
