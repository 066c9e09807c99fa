# ruff: noqa: E501 - tables are written as they are
"""A small study with cell lines, file by file."""

MODEL = """\
model growth()
  unit time_unit = 60 second;
  unit nM = 1e-9 mole/litre;
  compartment cell = 1;
  species pSTAT in cell = 0;
  ligand = 0; autocrine = 0.1; inhibition = 0; scale = 1; drug_left = 0; k_off = 0.2; rate = 0.001; activity = 2;
  ligand has nM;
  share_JAK1 = 0;
  activation: => pSTAT; activity * (ligand + autocrine) * share_JAK1 / (1 + inhibition * scale * drug_left);
  deactivation: pSTAT => ; k_off * pSTAT + rate * pSTAT;
end
"""
STUDY = """\
id: panel
title: A small panel
citation: Nobody 2020
model: growth.ant
measurements: [phospho.tsv, viability.tsv]
parameters: parameters.tsv
time: {column: time_min, unit: min}
cells:
  reference: reference
  stimulus: ligand
  growth: rate
  secreted: autocrine
  at_treatment: {drug_left: 1}
  fixed: {A-1: {k_off: 0.3}}
  pooled:
    autocrine: {over: [cell_line], scale: log, mean: autocrine_typical, sd: autocrine_sd}
    scale: {over: [cell_line, screen], scale: log, sd: scale_sd}
observables:
  pSTAT_signal: {formula: gain * pSTAT, noise: sd, unit: a.u., per_experiment: [gain]}
  level: {formula: pSTAT, noise: sd, unit: nM, distribution: student-t, degrees_of_freedom: 4}
"""
PARAMETERS = """\
id	unit	nominal	estimate	prior	prior_parameters	lower	upper	source	status
autocrine_typical	nM	0.1	true	log-normal	median=0.1; sd_ln=1			assumed	assumed
autocrine_sd	1	0.5	true	log-normal	median=0.5; sd_ln=0.3			assumed	assumed
scale_sd	1	0.9	true	log-normal	median=0.9; sd_ln=0.3			assumed	assumed
activity	1/min	2	true	log-normal	median=2; sd_ln=0.3			assumed	assumed
gain	1	1	true	log-normal	median=1; sd_ln=1			assumed	assumed
sd	1	0.1	false					assumed	assumed
"""
PHOSPHO = """\
observable	cell_line	stimulus	stimulus_ng_per_ml	inhibitor	inhibitor_nM	pretreatment_h	time_min	value	experiment	screen	censored
pSTAT_signal	A-1	IL-6	21			0	30	3	blot 1		
pSTAT_signal	A-1	IL-6	21	drug	100	1	30	1	blot 1	GDSC1	
pSTAT_signal	A-1	IL-6	0	drug	100	1	30	0.2	blot 2	GDSC1	below
"""
VIABILITY = """\
observable	cell_line	inhibitor	inhibitor_nM	time_h	value	screen
level	B	drug	100	72	0.5	GDSC1
level	B	drug	1000	72	0.1	GDSC2
level	A-1	drug	0	72	1	
"""
REFERENCE = {
    "constants": "constant	unit	median	sd_ln	source	status\nshift	1	50	0.7	assumed	assumed\n",
    "inhibitors": "inhibitor	mechanism	parameter	formula	constant	unit	median	sd_ln	assay	atp_mM	source	status\n"
    "drug	type I JAK	inhibition	inhibition + dose / (K_drug * shift)	K_drug	nM	3	1	kinase	1	assumed	assumed\n",
    "alterations": "alteration	gene	change	parameter	inhibitors	formula	constant	unit	median	sd_ln	cancer	source	status\n"
    "active	JAK2	V617F	activity		activity * fold_active	fold_active	1	5	1	MPN	assumed	assumed\n"
    "resistant	JAK2	Y931C	inhibition	drug	K * fold_resistant	fold_resistant	1	8	0.8	ALL	assumed	assumed\n",
    "receptors": "receptor	ligand	ligand_kDa	share_JAK1	STAT	source	status\ngp130	IL-6	21	1	STAT3	assumed	assumed\n",
    "cell_lines": "cell_line	cancer	driver	receptor	alterations	ligand_source	doubling_time_h	sd_ln	source	status\n"
    "A-1	ALL	none	gp130		none	24	0.3	assumed	assumed\nB	MPN	V617F	gp130	active,resistant	autocrine	36	0.3	assumed	assumed\n",
    "exposure": "inhibitor	regimen	cmax_nM	cavg_nM	fraction_unbound	sd_ln	source	status\ndrug	daily	100	50	0.1	0.5	assumed	assumed\n",
}
TEXTS = {
    "growth.ant": MODEL,
    "study.yaml": STUDY,
    "parameters.tsv": PARAMETERS,
    "phospho.tsv": PHOSPHO,
    "viability.tsv": VIABILITY,
}
