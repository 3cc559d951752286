"""What measures accuracy and speed. Never a timed test."""

import os

# As the command line does: many small products of matrices, to which threads cost more than they give. Must be said
# before numpy is loaded, here and in the processes that a benchmark starts.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
