"""The kinds of policies, as rows and figures name them."""

SEEDED, SINGLE, CONSTANT = "m seeds", "one seed", "constant seed"
PAST = "m seeds, past directions"

#: trained at every exponent
GRID = (SEEDED, SINGLE, CONSTANT)
#: trained at the largest one only
EXTRA = (PAST,)
KINDS = GRID + EXTRA
