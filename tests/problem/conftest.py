"""Small inputs that a test can damage: a study folder and a PEtab 2 problem."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jakstat.problem import DataFaultsError, Fault

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
id	unit	nominal	estimate	prior	prior_parameters	lower	upper	source
k_on	1/min	0.1	true	log-normal	median=0.1; sd_ln=1			assumed
k_off	1/min	0.2	true	log-normal	median=0.2; sd_ln=1	0.001	10	assumed
scale	1	2	true	uniform	low=0; high=10	0	10	assumed
sd_rel	1	0.1	true	log-normal	median=0.1; sd_ln=0.5			assumed
sd_total	1	0.2	false					
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
