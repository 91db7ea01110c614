"""What kubectl prints is read as what was accepted, refused and warned of."""

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


def test_a_command_that_fails_without_a_word_is_a_refusal() -> None:
    assert read_answer("", "", 137).refusals == ("kubectl ended with code 137 and gave no reason",)


def test_documents_that_stand_one_after_the_other_are_all_read() -> None:
    assert read_documents('{"kind": "Namespace"}\n\n{\n  "kind": "Job"\n}\n') == [
        {"kind": "Namespace"},
        {"kind": "Job"},
    ]
