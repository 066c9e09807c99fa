"""Predict effects at free plasma concentrations, and rank drugs by them."""

from script_log import log_to

with log_to(snakemake.log[0]):
    from jakstat.files import read_dataset, read_json, write_dataset, write_table
    from jakstat.predictions import predict_exposure, rank_drugs, summarise_effects
    from jakstat.scenarios import StudyScenarios

    given, asked = snakemake.input, snakemake.params.scenarios["exposure"]
    warning = read_json(given.gate)["warning"]
    response = read_dataset(given.responses)[asked["readout"]]
    exposure = predict_exposure(StudyScenarios(given.study).reference, response, snakemake.params.seed)
    effect = exposure["effect"]
    effects = summarise_effects(effect, tuple(asked["inhibitions"]))
    write_dataset(exposure.assign_attrs(warning=warning), snakemake.output.exposure)
    write_table(effects.assign(warning=warning), snakemake.output.effects)
    write_table(rank_drugs(effect).assign(warning=warning), snakemake.output.ranking)
