"""Settings: flags, the environment, a file; where each comes from, and what is wrong."""

import pytest


def check(collector, *words, **variables):
    return collector("serve", "--check", *words, **variables)


def settings(done):
    return {each["name"]: (each["value"], each["from"]) for each in done.json["settings"]}


def test_without_any_there_is_a_default_for_each(collector):
    found = settings(check(collector, "--json").ok)
    assert found["listen"] == ("127.0.0.1", "default") and found["port"] == ("8080", "default")
    assert found["least"] == ("10", "default") and found["publish"] == ("charts", "default") and found["retention"] == ("90", "default")
    assert not (collector.folder / "collector").exists()  # nothing is done


def test_a_flag_is_above_the_environment_and_that_above_the_file(collector):
    collector.write("collector.conf", "# ours\nport = 1000\nleast: 20\ntitle = Paint & friends\n")
    found = settings(check(collector, "--json", "--settings", "collector.conf", "--port", "3000", TEL_COLLECTOR_PORT="2000", TEL_COLLECTOR_LEAST="30").ok)
    assert found["port"] == ("3000", "--port")
    assert found["least"] == ("30", "TEL_COLLECTOR_LEAST")
    assert found["title"] == ("Paint & friends", "collector.conf:4")


def test_the_environment_may_name_the_file(collector):
    collector.write("etc/collector.conf", "data = store\ntrusted-proxy = 127.0.0.1\ntrusted-proxy = 10.0.0.0/8\n")
    found = settings(check(collector, "--json", TEL_COLLECTOR_SETTINGS="etc/collector.conf").ok)
    assert found["data"] == ("etc/store", "etc/collector.conf:1")  # from the folder of the file
    assert found["trusted-proxy"][0] == "127.0.0.1,10.0.0.0/8"


def test_all_that_is_wrong_is_told_at_once_with_its_place_and_what_to_do(collector):
    collector.write("collector.conf", "prot = 80\nleast = none\nwhat is this\nwindow = 21\nwindow = 22\n")
    done = check(collector, "--settings", "collector.conf", "--publish", "everything", "--trusted-proxy", "10.0.0.0/40", TEL_COLLECTOR_RETENTIN="9", TEL_COLLECTOR_PORT="70000")
    assert done.code == 64
    for line in (
        'collector.conf:1: there is no setting "prot"; did you mean port?',
        'collector.conf:2: "none" is no number from 1 to 1000000',
        "collector.conf:3: this is no setting; a line is: key = value",
        "collector.conf:5: window is set twice; the other is in line 4",
        '--publish: "everything" cannot be published; it is charts or reports',
        '--trusted-proxy: "10.0.0.0/40" is no network; for example 127.0.0.1, 10.0.0.0/8 or fd00::/8',
        'TEL_COLLECTOR_RETENTIN: there is no setting "retentin"; did you mean retention?',
        'TEL_COLLECTOR_PORT: "70000" is no number from 0 to 65535',
    ):
        assert f"tel-collector: {line}\n" in done.err


def test_the_same_wrong_settings_keep_it_from_serving(collector):
    done = collector("serve", "--port", "no")
    assert (done.code, done.out) == (64, "") and '--port: "no" is no number from 0 to 65535' in done.err
    assert not (collector.folder / "collector").exists()


@pytest.mark.parametrize("words, said", [
    (["--settling", "30"], "settling is longer than window"),
    (["--retention", "25"], "retention is too short for window"),
    (["--listen", "example.com"], "is no address"),
    (["--as-of", "yesterday"], "is no day"),
    (["--title", ""], "a title has 1 to 100 bytes"),
])
def test_values_that_make_no_sense(collector, words, said):
    done = check(collector, *words)
    assert done.code == 64 and said in done.err


def test_a_file_that_is_not_there(collector):
    done = check(collector, "--settings", "none.conf")
    assert (done.code, done.err) == (1, "tel-collector: there is no file none.conf\n")
