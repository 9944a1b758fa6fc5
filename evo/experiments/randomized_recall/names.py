"""The kinds of solvers, as rows and figures name them."""

SEEDED = "m seeds"
SINGLE = "one seed"
CONSTANT = "constant seed"
ROOMY = "m seeds, room for all"
EVOLVED = "m seeds, ES"

#: trained at every exponent
GRID = (SEEDED, SINGLE, CONSTANT)
#: trained at the largest one only
EXTRA = (EVOLVED, ROOMY)
