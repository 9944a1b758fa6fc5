from theory.exact import chain as chain
from theory.exact import dynamic_bin_val as dynamic_bin_val
from theory.exact import enumeration as enumeration
from theory.exact import leading_ones as leading_ones
from theory.exact import linear as linear
from theory.exact import onemax as onemax
from theory.exact import rls as rls

__all__ = ["chain", "dynamic_bin_val", "enumeration", "leading_ones", "linear", "onemax", "rls"]
