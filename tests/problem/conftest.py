# ruff: noqa: E501 - tables are written as they are
"""Small inputs that a test can damage: a study folder and a PEtab 2 problem."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jakstat.files import DataFaultsError, Fault
from tests.problem.small_panel import REFERENCE, TEXTS

MODEL = """\
model decay()
  unit time_unit = 60 second;
  unit ng_per_ml = 1e-6 gram/litre;
  compartment cell = 1;
  species STAT in cell = 10;
  species pSTAT in cell = 0;
  il13 = 0;
  il13 has ng_per_ml;
  k_on = 0.1;
  k_off = 0.2;
  activation: STAT => pSTAT; k_on * il13 * STAT;
  deactivation: pSTAT => STAT; k_off * pSTAT;
end
"""
STUDY = """\
id: small
title: A small study
citation: Nobody 2020
model: decay.ant
measurements: measurements.tsv
parameters: parameters.tsv
time: {column: time_min, unit: min}
conditions:
  il13_ng_per_ml: {sets: il13, unit: ng/ml, label: IL-13}
observables:
  pSTAT_signal:
    unit: a.u.
    formula: scale * pSTAT
    noise: sd_rel * pSTAT_signal + 0.1
  STAT_total:
    unit: a.u.
    formula: STAT + pSTAT
    noise: sd_total
    distribution: log-normal
ignored_columns: [comment]
"""
PARAMETERS = """\
id	unit	nominal	estimate	prior	prior_parameters	lower	upper	source	status
k_on	1/min	0.1	true	log-normal	median=0.1; sd_ln=1			assumed	assumed
k_off	1/min	0.2	true	log-normal	median=0.2; sd_ln=1	0.001	10	assumed	assumed
scale	1	2	true	uniform	low=0; high=10	0	10	assumed	assumed
sd_rel	1	0.1	true	log-normal	median=0.1; sd_ln=0.5			assumed	assumed
sd_total	1	0.2	false						assumed
"""
MEASUREMENTS = """\
observable	il13_ng_per_ml	time_min	value	replicate	comment
pSTAT_signal	0	0	0.1	1	
pSTAT_signal	4	5	3	1	
pSTAT_signal	4	5	3	2	again
STAT_total	4	10	9.5	1	
"""
SBML = """\
<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
  <model id="decay">
    <listOfCompartments><compartment id="cell" size="1" spatialDimensions="3" constant="true"/></listOfCompartments>
    <listOfSpecies>
      <species id="A" compartment="cell" initialConcentration="1" hasOnlySubstanceUnits="false"
               boundaryCondition="false" constant="false"/>
    </listOfSpecies>
    <listOfParameters>
      <parameter id="k" value="0.1" constant="true"/>
      <parameter id="dose" value="0" constant="true"/>
    </listOfParameters>
    <listOfReactions>
      <reaction id="loss" reversible="false" fast="false">
        <listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
        <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
          <apply><times/><ci>k</ci><ci>A</ci></apply></math></kineticLaw>
      </reaction>
    </listOfReactions>
  </model>
</sbml>
"""
PETAB = {
    "problem.yaml": """\
format_version: 2.0.0
model_files:
  decay: {language: sbml, location: model.xml}
parameter_files: [parameters.tsv]
observable_files: [observables.tsv]
condition_files: [conditions.tsv]
experiment_files: [experiments.tsv]
measurement_files: [measurements.tsv]
""",
    "model.xml": SBML,
    "parameters.tsv": """\
parameterId	lowerBound	upperBound	nominalValue	estimate	priorDistribution	priorParameters
k	0.01	10	0.1	true	log-normal	-2;1
scale	0	5	1	true		
sd	0.01	1	0.1	true		
background	0	1	0	false		
""",
    "observables.tsv": """\
observableId	observableFormula	noiseFormula	noiseDistribution	observablePlaceholders	noisePlaceholders
A_signal	scale * A + offset_A	noise_A * A_signal	normal	offset_A	noise_A
A_log	A	0.2	log-normal		
""",
    "conditions.tsv": "conditionId	targetId	targetValue\nlow	dose	1\nhigh	dose	2 * scale\nhigh	A	3\n",
    "experiments.tsv": "experimentId	time	conditionId\nfirst	0	low\nsecond	0	high\n",
    "measurements.tsv": """\
observableId	experimentId	time	measurement	observableParameters	noiseParameters
A_signal	first	0	1	background	sd
A_signal	second	5	2	0.5	0.1
A_log	second	5	2.5		
A_log		5	0.5		
""",
}
#: Changes a file of a folder: the text ``old`` must stand in it once at least.
Edit = Callable[[str, str, str], None]


def _editor(folder: Path) -> Edit:
    def edit(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return edit


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study folder without faults."""
    for name, text in {
        "study.yaml": STUDY,
        "decay.ant": MODEL,
        "parameters.tsv": PARAMETERS,
        "measurements.tsv": MEASUREMENTS,
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def edit_study(study: Path) -> Edit:
    """Return what changes a file of the study folder."""
    return _editor(study)


@pytest.fixture
def panel(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the small panel, with one text replaced in one file, and returns its folder."""

    def write(name: str = "", old: str = "", new: str = "") -> Path:
        (tmp_path / "reference").mkdir(exist_ok=True)
        for file, text in (TEXTS | {f"reference/{file}.tsv": text for file, text in REFERENCE.items()}).items():
            assert file != name or old in text
            (tmp_path / file).write_text(text.replace(old, new) if file == name else text)
        return tmp_path

    return write


@pytest.fixture
def petab(tmp_path: Path) -> Path:
    """Return the YAML file of a PEtab 2 problem without faults."""
    for name, text in PETAB.items():
        (tmp_path / name).write_text(text)
    return tmp_path / "problem.yaml"


@pytest.fixture
def edit_petab(petab: Path) -> Edit:
    """Return what changes a file of the PEtab problem."""
    return _editor(petab.parent)


@pytest.fixture
def faults_of() -> Callable[[Callable[[Path], object], Path], tuple[Fault, ...]]:
    """Return what calls a reader and returns the faults that it raises, having written nothing."""

    def faults(read: Callable[[Path], object], path: Path) -> tuple[Fault, ...]:
        folder = path if path.is_dir() else path.parent
        before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        with pytest.raises(DataFaultsError) as caught:
            read(path)
        assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
        return caught.value.faults

    return faults


@pytest.fixture
def boehm(reference_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of a published PEtab 1 problem that a test can damage."""
    source = reference_folder / "petab" / "Boehm_JProteomeRes2014"
    if not source.is_dir():
        pytest.skip("needs the published problem Boehm_JProteomeRes2014")
    shutil.copytree(source, tmp_path / "boehm")
    return tmp_path / "boehm" / "Boehm_JProteomeRes2014.yaml"


LABORATORY = {
    "study.yaml": """\
id: lab
title: Drugs on a receptor
citation: Nobody 2020
model: receptor.ant
measurements: measurements.tsv
parameters: parameters.tsv
time: {column: time_min, unit: min}
cells:
  reference: reference
  stimulus: ligand
  pooled:
    k_off: {over: [cell_line], scale: log, mean: k_off_typical, sd: spread}
    scale: {over: [cell_line, inhibitor, screen], scale: log, sd: spread}
observables:
  viability: {formula: gain * pSTAT, noise: sd, unit: "1", per_experiment: [gain]}
""",
    "receptor.ant": """\
model receptor()
  unit time_unit = 60 second;
  unit nM = 1e-9 mole/litre;
  compartment cell = 1; species pSTAT in cell = 0;
  ligand = 0; inhibition = 0; k_on = 1; k_off = 1; scale = 1; share_JAK1 = 0;
  ligand has nM;
  on: => pSTAT; k_on * (1 + ligand) * share_JAK1 / (1 + scale * inhibition); off: pSTAT => ; k_off * pSTAT;
end
""",
    "parameters.tsv": """\
id	unit	nominal	estimate	prior	prior_parameters	lower	upper	source	status
k_off_typical	1/min	1	true	log-normal	median=1; sd_ln=1			assumed	assumed
gain	1	1	true	log-normal	median=1; sd_ln=1			assumed	assumed
spread	1	0.5	false					assumed	assumed
sd	1	0.1	false					assumed	assumed
""",
    "measurements.tsv": """\
observable	cell_line	inhibitor	inhibitor_nM	time_h	value	screen	experiment
viability	K-562	ruxolitinib	100	72	0.8	lab	blot 1
viability	K-562	ruxolitinib	1000	72	0.3	lab	blot 1
viability	HEL	fedratinib	500	72	0.5	lab	blot 1
""",
    "reference/constants.tsv": "constant\tunit\tmedian\tsd_ln\tsource\tstatus\n",
    "reference/inhibitors.tsv": """\
inhibitor	mechanism	parameter	formula	constant	unit	median	sd_ln	assay	atp_mM	source	status
ruxolitinib	type I JAK	inhibition	inhibition + dose / K_rux	K_rux	nM	3	1	kinase	1	assumed	assumed
fedratinib	type I JAK	inhibition	inhibition + dose / K_fed	K_fed	nM	3	1	kinase	1	assumed	assumed
""",
    "reference/alterations.tsv": """\
alteration	gene	change	parameter	inhibitors	formula	constant	unit	median	sd_ln	cancer	source	status
JAK2_V617F	JAK2	V617F	k_on		k_on * 5					MPN	assumed	assumed
""",
    "reference/receptors.tsv": """\
receptor	ligand	ligand_kDa	share_JAK1	STAT	source	status
gp130	IL-6	21	1	STAT3	assumed	assumed
""",
    "reference/cell_lines.tsv": """\
cell_line	cancer	driver	receptor	alterations	ligand_source	doubling_time_h	sd_ln	source	status
K-562	CML	none	gp130		none	24	0.3	assumed	assumed
HEL	MPN	none	gp130		none	24	0.3	assumed	assumed
""",
    "reference/exposure.tsv": "inhibitor\tregimen\tcmax_nM\tcavg_nM\tfraction_unbound\tsd_ln\tsource\tstatus\n",
}


@pytest.fixture
def laboratory(tmp_path: Path) -> Path:
    """Return a study with cell lines, drugs and screens, without faults."""
    (tmp_path / "reference").mkdir()
    for name, text in LABORATORY.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def measured(laboratory: Path) -> Callable[..., Path]:
    """Return what gives the study other rows, each a mapping of columns to cells beside those of a row as it is."""
    plain = {
        "observable": "viability",
        "cell_line": "HEL",
        "inhibitor": "ruxolitinib",
        "inhibitor_nM": "100",
        "time_h": "72",
        "value": "0.5",
        "screen": "lab",
        "experiment": "blot 1",
    }

    def write(*rows: dict[str, str], without: tuple[str, ...] = ()) -> Path:
        columns = [
            column
            for column in dict.fromkeys([*plain, *(name for row in rows for name in row)])
            if column not in (*without, "replicate")
        ]
        lines = [
            "\t".join((plain | {"replicate": str(number)} | row).get(column, "") for column in (*columns, "replicate"))
            for number, row in enumerate(rows)
        ]
        header = "\t".join((*columns, "replicate"))
        (laboratory / "measurements.tsv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return laboratory

    return write


@pytest.fixture
def case(repository: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return what copies a small input that went wrong once (../shared/cases), where it is there."""

    def copy(name: str) -> Path:
        source = repository.parent / "shared" / "cases" / name
        if not source.is_dir():
            pytest.skip(f"needs ../shared/cases/{name} beside the repository, which is not here")
        folder = tmp_path / name
        folder.mkdir()
        for file in source.iterdir():
            (folder / file.name).write_text(file.read_text().replace("REPOSITORY", str(repository)))
        return folder

    return copy
