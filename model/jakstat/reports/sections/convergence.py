"""The section on convergence: checks, worst parameters, modes, ArviZ's rank plots and energies."""

from collections.abc import Mapping
from typing import Any

import arviz_stats
import numpy as np
import xarray as xr

from jakstat.problem import parameter_draws
from jakstat.reports.figures import energy_figure, figure_svg, rank_figure
from jakstat.reports.page import Block, Paragraph, Picture, Section
from jakstat.reports.report_contents import ReportContents
from jakstat.reports.tables import check_table, mode_blocks, number_text, verdict, worst_parameters, worst_table


def convergence_section(contents: ReportContents) -> Section:
    """Whether the chains agree: checks, worst parameters, rank plots, energies, modes."""
    convergence, tree = contents.convergence, contents.posterior
    worst = worst_parameters(convergence["parameters"])
    names = [str(name) for name in worst["parameter"]]
    values = parameter_draws(tree)
    size = f"{values.sizes['chain']} chains of {values.sizes['draw']:,} draws"
    blocks: list[Block] = [
        verdict(convergence),
        check_table(convergence),
        worst_table(worst),
        Picture(
            figure_svg(rank_figure(tree, names)),
            f"Ranks of the {len(names)} parameters with the largest R-hat.",
            f"ArviZ plot_rank; {size}, a colour each. Shown is the difference between the distribution of a "
            "chain's ranks among all draws and a uniform one: chains that agree wander around 0, a chain that "
            "keeps to one side or swings widely sits elsewhere. p and the marked points test for independent "
            "draws; draws of one chain are correlated, so p is too small and R-hat above is the measure.",
        ),
        Picture(figure_svg(energy_figure(tree)), "Energies.", _energy_caption(tree)),
    ]
    blocks += mode_blocks(contents.modes, contents.tables.parameters)
    blocks.append(_cross_check_sentence(contents.cross_check))
    return Section("convergence", "Convergence", blocks)


def _cross_check_sentence(cross_check: Mapping[str, Any] | None) -> Paragraph:
    found = cross_check["sentence"] if cross_check is not None else "not made"
    return Paragraph(f"Cross-check by a second solver: {found}.")


def _energy_caption(tree: xr.DataTree) -> str:
    energy = tree["sample_stats"].dataset["energy"].transpose("chain", "draw").to_numpy()
    listed = ", ".join(number_text(float(of_chain)) for of_chain in np.atleast_1d(arviz_stats.bfmi(energy)))
    return (
        f"ArviZ plot_energy. Left: E-BFMI of each chain ({listed}), dashed: 0.3, under which a sampler explores "
        "tails too slowly. Right: energies of draws (marginal) and changes of energy between draws (transition); "
        "the second should not be much narrower than the first."
    )
