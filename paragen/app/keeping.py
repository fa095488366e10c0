"""An expert that a search found, written into the config and into the history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from paragen.app.evolving import Beginning
from paragen.app.history import database_of
from paragen.domain.errors import StoreError
from paragen.learn.evolve import Played
from paragen.learn.evolved import Evolved, Searched
from paragen.learn.paired import Measure
from paragen.report.text import counted, one_line


def keep(
    beginning: Beginning, found: Evolved, session_id: str, warn: Callable[[str], None]
) -> Evolved:
    """Write the finalist into the config, and into the history that it was evolved.

    What the history can't take is told. Raises ConfigError where the config can't be written.
    """
    from paragen.settings.experts import ExpertSection, write_expert

    assert found.finalist is not None
    assert found.rival is not None
    assert found.finals is not None
    own, rival = found.finals
    section = ExpertSection(
        generator=found.finalist.generator,
        evolved_from=found.finalist.founders,
        success_rate=own.passes / own.plays,
        comment=_comment(found.searched, found.rival.name, own, rival),
    )
    write_expert(beginning.config, section)
    try:
        _record(beginning, found, session_id)
    except StoreError as error:
        warn(
            f"{found.finalist.name} is in the config, but not in the history, so `paragen "
            f"stats` won't say when it stops being better: {error}"
        )
    return replace(found, config=str(beginning.config))


def _record(beginning: Beginning, found: Evolved, session_id: str) -> None:
    from paragen.store.connection import connect
    from paragen.store.experts import add_expert

    assert found.finalist is not None
    assert found.rival is not None
    assert found.finals is not None
    path = database_of(beginning.settings, beginning.choices)
    with closing(connect(path, write=True)) as history:
        add_expert(
            history,
            found.finalist.generator,
            found.rival.generator,
            task_type=found.searched.task_type,
            measure=found.searched.by.value,
            plays=found.finals[0].plays,
            passes=found.finals[0].passes,
            seed=found.searched.seed,
            session=session_id,
            evolved_from=found.finalist.founders,
        )


def _comment(searched: Searched, rival_name: str, own: Played, rival: Played) -> str:
    """What an expert is, and why it was kept."""
    by_score = searched.by is Measure.SCORE
    did, rivals = (
        f"{one.passes} of {one.plays}" + (f" (score {one.score:.3f})" if by_score else "")
        for one in (own, rival)
    )
    on = f"{counted(len(own.tallies), 'task')} held back"
    return (
        f"Evolved by paragen for {searched.task_type}: of its plays on {on} {did} passed, of "
        f"those of the best parent, {one_line(rival_name)}, {rivals}."
    )
