from jakstat.files import DataFaultsError, Fault


def test_a_fault_of_many_rows_is_one_with_all_their_lines():
    error = DataFaultsError([Fault("a/m.tsv", row, "drug", "'rux'", "a drug") for row in range(2, 74)])
    (fault,) = error.faults
    assert (fault.row, fault.more_rows) == (2, tuple(range(3, 74)))
    assert str(error).endswith("1. m.tsv, lines 2, 3, 4, 5, 6 and 67 more, drug: found 'rux'; needed: a drug")


def test_faults_that_differ_stay_apart_in_their_order():
    faults = [Fault("m.tsv", 3, "a", "x", "y"), Fault("m.tsv", 2, "a", "z", "y"), Fault("n.tsv", None, "", "x", "y")]
    assert DataFaultsError(faults).faults == tuple(faults)


def test_of_many_faults_of_one_kind_the_message_names_some_and_counts_all():
    error = DataFaultsError([Fault("m.tsv", row, "value", f"'{row},5'", "a number") for row in range(2, 1002)])
    assert len(error.faults) == 1000
    assert len(str(error).splitlines()) == 12
    assert str(error).startswith("1000 fault(s)")
    assert str(error).endswith("m.tsv, value: 990 more of this kind; needed: a number")
