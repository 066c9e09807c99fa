"""Features of PEtab that jakstat does not support yet, each refused by name and all of them in one go."""

from jakstat.files import UnsupportedError
from jakstat.problem.petab.petab_text import PetabListing, PetabText

#: What each refusal says after the name of what uses it.
SENTENCES = {
    "models": "more than one model in one problem",
    "problems": "more than one problem in one file",
    "parameter files": "more than one parameter table in PEtab 1",
    "language": "a model that is not SBML",
    "extension": "a PEtab extension",
    "arrays": "parameters that are arrays (PEtab SciML)",
}


def refuse_unsupported(text: PetabText) -> None:
    """Raise UnsupportedError with each unsupported feature that the problem uses.

    Parameters
    ----------
    text : PetabText
        The problem's files.

    Raises
    ------
    UnsupportedError
        Something is used that is not supported; the message names all of it.
    """
    found = [*_in_listing(text.listing), *_arrays(text)]
    if found:
        lines = "\n".join(f"  {number}. {name}: {SENTENCES[kind]}" for number, (kind, name) in enumerate(found, 1))
        raise UnsupportedError(f"{text.listing.file.name} uses what jakstat does not support yet:\n{lines}")


def _in_listing(listing: PetabListing) -> list[tuple[str, str]]:
    """Return what the YAML file itself uses."""
    found = [("extension", f"extension {name}") for name in listing.extensions]
    if len(listing.content.get("problems") or ()) > 1:
        found.append(("problems", f"{len(listing.content['problems'])} problems"))
    if listing.version == 1 and len(listing.table_files["parameter"]) > 1:
        names = ", ".join(file.name for file in listing.table_files["parameter"])
        found.append(("parameter files", f"files {names}"))
    if len(listing.models) > 1:
        found.append(("models", f"models {', '.join(model.id for model in listing.models)}"))
    found += [
        ("language", f"model {model.id} in {model.language}") for model in listing.models if model.language != "sbml"
    ]
    return found


def _arrays(text: PetabText) -> list[tuple[str, str]]:
    """Return parameters that are arrays."""
    return [
        ("arrays", f"parameter {row['parameterId']}")
        for _, row in text.rows("parameter")
        if row["nominalValue"] == "array"
    ]
