"""What cells of exports mean: limits, controls, merged cells, counts, scatter of vehicle wells, names."""

import pytest

from jakstat.files import DataFaultsError
from jakstat.intake import Declared, read_exports

HEAD = "cell_line,drug,dose_nM,time_h,viability\n"


def test_limits_are_bounds(read):
    table = read(HEAD + "HEL,ruxolitinib,300,72,<0.05\nHEL,ruxolitinib,30,72,0.8\n").measurements
    assert table[["value", "censored"]].to_numpy().tolist() == [["0.8", ""], ["0.05", "below"]]


def test_what_was_not_measured_is_left_out(read):
    assert len(read(HEAD + "HEL,ruxolitinib,300,72,n.d.\nHEL,ruxolitinib,30,72,0.8\n").measurements) == 1


def test_cells_under_merged_ones_have_their_names(read):
    rows = "HEL,ruxolitinib,30,72,0.8\n,,300,72,0.4\nK562,fedratinib,30,72,0.9\n,,300,72,0.7\n"
    table = read(HEAD + rows).measurements
    assert table[["cell_line", "inhibitor"]].to_numpy().tolist() == [
        ["HEL", "ruxolitinib"],
        ["HEL", "ruxolitinib"],
        ["K-562", "fedratinib"],
        ["K-562", "fedratinib"],
    ]


def test_untreated_cells_have_no_drug(read):
    rows = "HEL,DMSO,,72,1.02\nHEL,untreated,0,72,0.98\nHEL,ruxolitinib,0,72,1\n"
    table = read(HEAD + rows).measurements
    assert set(table["inhibitor"]) == {""}
    assert table["replicate"].tolist() == ["1", "2", "3"]


def test_a_drug_in_a_file_name_is_not_that_of_rows_without_a_dose(read):
    table = read("cell_line,time_min,pSTAT5\nHEL,15,5200\n", "ruxolitinib_series.csv").measurements
    assert table["inhibitor"].tolist() == [""]


def test_settings_above_the_table_hold_for_all_rows(read):
    text = "Cell line: HEL,,\nDrug,Jakafi,\nTime,3 d,\n\nConc. (uM),Viability (%),Note\n0.3,50,\n1,20,\n"
    table = read(text).measurements
    assert table["inhibitor"].tolist() == ["ruxolitinib", "ruxolitinib"]
    assert table["inhibitor_nM"].tolist() == ["300", "1000"]
    assert table["time_min"].tolist() == ["4320", "4320"]


def test_numbers_of_cells_over_time_are_counts(read):
    rows = "HEL,,0,100000\nHEL,,24,170000\nHEL,ruxolitinib 300 nM,24,120000\n"
    table = read("cell_line,treatment,time (h),cell count\n" + rows).measurements
    assert table["observable"].tolist() == ["cell_count_signal"] * 3
    assert table["inhibitor_nM"].tolist() == ["", "", "300"]
    assert set(table["experiment"]) == {"export"}


def test_vehicle_wells_give_the_scatter_and_are_no_measurements(read):
    vehicle = "".join(f"HEL,DMSO,0,72,{signal}\n" for signal in (1900, 2000, 2100))
    intake = read("cell_line,drug,dose_nM,time_h,RLU\n,blank,,72,0\n" + vehicle + "HEL,ruxolitinib,300,72,500\n")
    assert intake.measurements["value"].tolist() == ["0.25"]
    sd, freedom = intake.scatter
    assert sd == pytest.approx(0.05)  # 100 of 2000
    assert freedom == 2


def test_each_plate_has_its_own_blank_and_vehicle(read):
    rows = "".join(
        f"{plate},,blank,,72,{blank}\n{plate},HEL,DMSO,0,72,{vehicle}\n{plate},HEL,ruxolitinib,300,72,{signal}\n"
        for plate, blank, vehicle, signal in ((1, 100, 1100, 600), (2, 50, 450, 150))
    )
    table = read("plate,cell_line,drug,dose_nM,time_h,luminescence\n" + rows).measurements
    assert sorted(table["value"]) == ["0.25", "0.5"]


def test_a_quote_that_is_never_closed_loses_no_row(read):
    rows = 'HEL,ruxolitinib,30,72,0.8,"5 um filter\nHEL,ruxolitinib,300,72,0.4,\n'
    assert len(read("cell_line,drug,dose_nM,time_h,viability,note\n" + rows).measurements) == 2


def test_doses_are_converted_without_rounding(read):
    text = "cell_line,drug,conc_uM,time_h,viability\nHEL,ruxolitinib,0.3,72,0.5\nHEL,ruxolitinib,0.0003,72,0.9\n"
    assert read(text).measurements["inhibitor_nM"].tolist() == ["0.3", "300"]


def test_two_drugs_have_their_doses(read):
    text = "cell_line,drug,dose_nM,drug 2,drug 2 dose (uM),time_h,viability\nHEL,rux,30,fedratinib,1,72,0.5\n"
    (row,) = read(text).measurements.to_dict("records")
    found = [row[name] for name in ("inhibitor", "inhibitor_nM", "inhibitor_2", "inhibitor_2_nM")]
    assert found == ["ruxolitinib", "30", "fedratinib", "1000"]


def test_what_was_understood_is_told(read):
    told = read(HEAD + "hel,Jakafi,300,72,0.5\n").understood
    drugs = told[(told["what"] == "viability relative to untreated cells") & (told["read as"] == "drugs")]
    assert drugs["values"].tolist() == ["ruxolitinib"]
    assert "dose of the drug, nM" in told["read as"].tolist()


def test_a_map_of_the_wells_may_be_another_file(tmp_path, reference):
    (tmp_path / "signal.csv").write_text("Luminescence,,,\n,1,2,3\nA,100,1100,600\nB,100,1100,350\nC,100,1100,100\n")
    wells = {"A2": "HEL,DMSO,0", "B2": "HEL,DMSO,0", "C2": "HEL,DMSO,0", "A3": "HEL,rux,0.1", "B3": "HEL,rux,1"}
    wells |= {"A1": ",blank,", "B1": ",blank,", "C01": ",blank,", "C03": "HEL,rux,10"}
    rows = "".join(f"{well},{held}\n" for well, held in wells.items())
    (tmp_path / "map.csv").write_text("Well,Cell line,Drug,Dose (uM)\n" + rows)
    declared = Declared(everywhere={"time": "72 h"})
    table = read_exports([tmp_path / "signal.csv", tmp_path / "map.csv"], reference, declared).measurements
    assert dict(zip(table["inhibitor_nM"], table["value"], strict=True)) == {"100": "0.5", "1000": "0.25", "10000": "0"}


def test_quotes_that_open_and_close_in_two_rows_lose_none(read):
    rows = 'HEL,ruxolitinib,30,72,0.8,"5 um filter\nHEL,ruxolitinib,300,72,0.4,tube of 6"\n'
    assert len(read("cell_line,drug,dose_nM,time_h,viability,note\n" + rows).measurements) == 2


def test_a_name_of_which_a_word_is_not_understood_is_not_taken_for_the_rest(read):
    with pytest.raises(DataFaultsError, match="'ruxolitinib prodrug', which is not known"):
        read(HEAD + "HEL,ruxolitinib prodrug,300,72,0.5\n")
