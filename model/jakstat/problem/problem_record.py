"""The content of a checked problem in numbers, for a log line and for those who look before they sample."""

from collections import Counter

from jakstat.problem.records import ProblemTables


def check_problem(tables: ProblemTables) -> dict:
    """Return a JSON-ready record of what a problem holds.

    Parameters
    ----------
    tables : ProblemTables
        As a reader returned it: readers refuse faulty input, so that what arrives here is whole.

    Returns
    -------
    dict
        id, title, citation, time_unit; measurements by observable and by experiment; parameters estimated, with the
        distribution, source and status of their priors; notes; SHA-256 of each file.
    """
    return {
        "id": tables.id,
        "title": tables.title,
        "citation": tables.citation,
        "time_unit": tables.time_unit,
        "measurements": len(tables.measurements),
        "measurements_of_observable": dict(Counter(measurement.observable_id for measurement in tables.measurements)),
        "measurements_of_experiment": dict(Counter(measurement.experiment_id for measurement in tables.measurements)),
        "parameters": len(tables.parameters),
        "estimated": {
            parameter.id: {
                "prior": parameter.prior.distribution,
                "unit": parameter.unit,
                "source": parameter.prior.source,
                "status": parameter.prior.status,
            }
            for parameter in tables.parameters
            if parameter.prior is not None
        },
        "notes": list(tables.notes),
        "data_digests": dict(tables.data_digests),
    }
