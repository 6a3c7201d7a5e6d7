"""Dependencies that the Databricks CLI mangles."""

import pytest

INSTEAD = "Write `--editable ${workspace.file_path}/<folder>` for a folder, `-r <file>` for a requirements file."
NOTHING = (0, "Checked dev: no errors, no warnings\n")


def files(dependency: str) -> dict[str, str]:
    return {
        "run.py": "",
        "req.txt": "",
        "lib/pyproject.toml": "",
        "resources/x.yml": f"""\
            resources:
              pipelines:
                orders:
                  name: orders
                  schema: s
                  libraries: [{{file: {{path: ../run.py}}}}]
                  environment:
                    dependencies:
                      - "{dependency}"
            """,
    }


# What the CLI makes of each is from the real one, 1.14: `validate -o json`.
@pytest.mark.parametrize(
    ("dependency", "found"),
    [
        ("-e.", "the dependency -e. is taken for a file named ./resources/-e."),
        ("-e../lib", "the dependency -e../lib is taken for a file named ./resources/-e../lib"),
        ("-r../req.txt", "the dependency -r../req.txt is taken for a file named ./resources/-r../req.txt"),
        ("--editable ..", "the dependency --editable .. is passed on as it is: .. is no path in the workspace"),
        ("--editable=../lib", "the dependency --editable=../lib is passed on as it is: ../lib is no path in the workspace"),
        (" -e ../lib", "the dependency -e ../lib is passed on as it is: ../lib is no path in the workspace"),
        (
            "--requirement ../req.txt",
            "the dependency --requirement ../req.txt is passed on as it is: ../req.txt is no path in the workspace",
        ),
    ],
)
def test_a_path_that_the_cli_does_not_recognise(check, dependency, found):
    expected = f"Error: resources/x.yml:9: {found}\n  {INSTEAD}\nChecked dev: 1 error, no warnings\n"
    assert check(files(dependency)) == (1, expected)


def test_a_folder_after_e(check):
    code, output = check(files("-e .."))
    assert code == 1
    assert output.startswith("Error: resources/x.yml:9: ")


def test_a_folder_that_becomes_a_package(check):
    assert check(files("../lib")) == (
        0,
        """\
Warning: resources/x.yml:9: the dependency lib is taken for a package from an index, not for the folder lib
  Write `--editable ${workspace.file_path}/lib` to install the folder.
Checked dev: no errors, 1 warning
""",
    )


@pytest.mark.parametrize(
    "dependency",
    [
        "--editable ${workspace.file_path}",
        "--editable ${workspace.file_path}/lib",
        "-e ${workspace.file_path}/lib",
        "-e git+https://github.com/apache/spark",
        "-r ../req.txt",
        "requests==2.32",
        "requests-oauthlib",
        "--index-url https://pypi.org/simple",
        "..",
    ],
)
def test_dependencies_that_arrive(check, dependency):
    assert check(files(dependency)) == NOTHING
