from .code_digests import (
    digest_of as digest_of,
    generator_digest as generator_digest,
    processor as processor,
    solver_digest as solver_digest,
)
from .kept_files import (
    code_folders as code_folders,
    kept_folder as kept_folder,
    read_code as read_code,
    write_code as write_code,
)
from .numba_files import seal_compiled_functions as seal_compiled_functions
