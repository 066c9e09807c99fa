from .commands import main as main
from .run_status import study_status as study_status
from .study_check import check_study as check_study
from .workflow_run import run_workflow as run_workflow, workflow_command as workflow_command
