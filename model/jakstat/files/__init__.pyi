from .antimony_imports import (
    expand_imports as expand_imports,
    imported_files as imported_files,
    imports_in as imports_in,
)
from .cache_places import (
    cache_folders as cache_folders,
    guard_pytensor_folder as guard_pytensor_folder,
    make_folder as make_folder,
    read_trusted as read_trusted,
    write_whole as write_whole,
)
from .distinct_names import (
    distinct_id as distinct_id,
    ends_in_digest as ends_in_digest,
    file_stem as file_stem,
    folder_name as folder_name,
    with_digest as with_digest,
)
from .faults import DataFaultsError as DataFaultsError, Fault as Fault, UnsupportedError as UnsupportedError
from .file_copies import EACH_TABLE_ONCE as EACH_TABLE_ONCE, copies_of_tables as copies_of_tables
from .name_hints import folded as folded, near_names as near_names
from .named_files import NO_PATH as NO_PATH, shown_path as shown_path, why_unreadable as why_unreadable
from .numbers import (
    finite_number_of_text as finite_number_of_text,
    number_of_text as number_of_text,
    number_remedy as number_remedy,
)
from .sealed_files import UnusableFileError as UnusableFileError, has_seal as has_seal, seal as seal, unseal as unseal
from .shipped_files import shipped_root as shipped_root
from .storage import (
    read_dataset as read_dataset,
    read_json as read_json,
    read_posterior as read_posterior,
    read_table as read_table,
    read_tree as read_tree,
    write_bytes as write_bytes,
    write_dataset as write_dataset,
    write_json as write_json,
    write_table as write_table,
    write_text as write_text,
    write_tree as write_tree,
)
from .text_files import (
    digests_of as digests_of,
    encoding_notes as encoding_notes,
    read_text as read_text,
    sha256_of as sha256_of,
)
from .text_table import (
    Row as Row,
    TextTable as TextTable,
    known_id as known_id,
    number_in as number_in,
    read_text_table as read_text_table,
    require_columns as require_columns,
    unique_ids as unique_ids,
)
from .yaml_files import (
    read_yaml_file as read_yaml_file,
    require_plain_yaml as require_plain_yaml,
    settings_of as settings_of,
    without_nulls as without_nulls,
)
from .yaml_mapping import read_mapping as read_mapping
from .yaml_text import finite_number as finite_number
