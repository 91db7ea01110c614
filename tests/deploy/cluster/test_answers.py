"""kubectl's output is parsed into accepted objects, refusals and warnings."""

from __future__ import annotations

from local.cluster.kubectl import Answer, read_answer, read_documents


def test_warnings_and_refusals_are_kept_apart() -> None:
    output = "configmap/video-pipeline serverside-applied (server dry run)\n"
    errors = (
        'Warning: would violate PodSecurity "restricted:latest": runAsNonRoot != true\n'
        "Error from server: .spec.replicaz: field not declared in schema\n"
    )

    assert read_answer(output, errors, 1) == Answer(
        accepted=("configmap/video-pipeline serverside-applied (server dry run)",),
        refusals=("Error from server: .spec.replicaz: field not declared in schema",),
        warnings=('would violate PodSecurity "restricted:latest": runAsNonRoot != true',),
    )


def test_a_command_that_fails_without_output_is_a_refusal() -> None:
    assert read_answer("", "", 137).refusals == ("kubectl ended with code 137 and gave no reason",)


def test_a_sequence_of_documents_is_read_completely() -> None:
    assert read_documents('{"kind": "Namespace"}\n\n{\n  "kind": "Job"\n}\n') == [
        {"kind": "Namespace"},
        {"kind": "Job"},
    ]
