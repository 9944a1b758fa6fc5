from theory.exact import adversarial_dynamic_bin_val as adversarial_dynamic_bin_val
from theory.exact import chain as chain
from theory.exact import dynamic_bin_val as dynamic_bin_val
from theory.exact import dynamic_linear as dynamic_linear
from theory.exact import enumeration as enumeration
from theory.exact import flips as flips
from theory.exact import hitting as hitting
from theory.exact import leading_ones as leading_ones
from theory.exact import onemax as onemax
from theory.exact import partially_ordered as partially_ordered
from theory.exact import rls as rls
from theory.exact import switching_dynamic_bin_val as switching_dynamic_bin_val

__all__ = [
    "adversarial_dynamic_bin_val",
    "chain",
    "dynamic_bin_val",
    "dynamic_linear",
    "enumeration",
    "flips",
    "hitting",
    "leading_ones",
    "onemax",
    "partially_ordered",
    "rls",
    "switching_dynamic_bin_val",
]
