from .declared import Declared as Declared, OwnLine as OwnLine, declared_pairs as declared_pairs, own_lines as own_lines
from .exports import Intake as Intake, read_exports as read_exports
from .study_folder import NewStudy as NewStudy, new_study as new_study
