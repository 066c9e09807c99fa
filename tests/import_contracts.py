"""A contract of import-linter: a room of the package is entered by its face.

What others use of a room stands in its ``__init__.pyi``; the modules behind it are the room's own affair, and may be
moved without anybody noticing.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FacesContract(Contract):
    """No module imports what lies within a package that it is not in itself.

    ``root`` is the package whose rooms are meant, and is none itself.
    """

    type_name = "faces"
    root = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every import that reaches past a face."""
        reaching = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(f"{self.root}.") and _room(imported, importer, str(self.root))
        ]
        return ContractCheck(kept=not reaching, metadata={"reaching": reaching})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name importer, module and the face that it passed by."""
        for importer, imported in check.metadata["reaching"]:
            face = _room(imported, importer, str(self.root))
            output.print_error(f"- {importer} imports {imported}; needed: from {face} import ...", bold=False)


def _room(imported: str, importer: str, root: str) -> str:
    """Return the outermost room around a module that its importer is not in; empty where there is none."""
    parts = imported.split(".")
    around = [".".join(parts[:number]) for number in range(len(root.split(".")) + 1, len(parts))]
    return next((room for room in around if not f"{importer}.".startswith(f"{room}.")), "")
