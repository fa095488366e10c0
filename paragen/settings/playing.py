"""How tournaments are played: [run], [modes.NAME] and [profiles.NAME] as values."""

from __future__ import annotations

from collections.abc import Mapping

from paragen.domain.errors import UsageError
from paragen.domain.generator import CallLimits
from paragen.domain.plan import Written
from paragen.judge.criteria import CriteriaOptions, criteria_for
from paragen.modes import find_mode
from paragen.parse.toml_lines import KeyPath
from paragen.settings.mistakes import Mistakes
from paragen.settings.options import PlayOptions
from paragen.settings.sections import PlaySection, ProfileSection, RunSection

_CRITERIA = (
    "preset",
    "quality_weight",
    "speed_weight",
    "min_quality",
    "max_generation_s",
    "max_execution_s",
    "prefer_simplicity",
)


def run_options(section: RunSection, mistakes: Mistakes) -> PlayOptions:
    """What [run] says of how tournaments are played."""
    return _options(section, ("run",), mistakes, {"cache": section.cache})


def profile_options(name: str, section: ProfileSection, mistakes: Mistakes) -> PlayOptions:
    """What [profiles.NAME] says."""
    key = ("profiles", name)
    _check_mode(section.mode, section.options, (*key, "options"), mistakes)
    if section.options and section.mode is None:
        mistakes.add((*key, "options"), "whose options these are isn't said: name the mode.")
    own = {
        "mode_options": section.options,
        "complexity": section.complexity,
        "criticality": section.criticality,
        "copies": section.copies,
        "workers": section.workers,
        "generation_limit_s": section.generation_limit_s,
    }
    return _options(section, key, mistakes, own)


def mode_tables(
    tables: Mapping[str, Mapping[str, Written]], mistakes: Mistakes
) -> Mapping[str, Mapping[str, Written]]:
    """[modes.NAME] by name; a mode or an option that there isn't is a mistake."""
    for name, options in tables.items():
        _check_mode(name, options, ("modes", name), mistakes)
    return tables


def call_limits(section: RunSection) -> CallLimits:
    """What [run] says of calls to hosts."""
    return CallLimits(
        connect_s=section.connect_limit_s,
        first_token_s=section.first_token_limit_s,
        generation_s=section.generation_limit_s,
        retries=section.retries,
    )


def _options(
    section: PlaySection, key: KeyPath, mistakes: Mistakes, own: Mapping[str, object]
) -> PlayOptions:
    said = {name: getattr(section, name) for name in PlaySection.model_fields}
    criteria = CriteriaOptions(**{name: said.pop(name) for name in _CRITERIA})
    _check_criteria(criteria, key, mistakes)
    least, most = section.min_attempts, section.max_attempts
    if least is not None and most is not None and least > most:
        mistakes.add((*key, "min_attempts"), f"must be at most max_attempts, {most}.")
    return PlayOptions(criteria=criteria, **said, **own)  # type: ignore[arg-type] # by field names


def _check_criteria(criteria: CriteriaOptions, key: KeyPath, mistakes: Mistakes) -> None:
    try:
        criteria_for("general", criteria)
    except UsageError as error:
        said = ("preset", "quality_weight", "speed_weight")
        first = next((name for name in said if getattr(criteria, name) is not None), "preset")
        mistakes.add((*key, first), str(error))


def _check_mode(
    mode: str | None, options: Mapping[str, Written], key: KeyPath, mistakes: Mistakes
) -> None:
    """Whether there is such a mode with such options, each option at its own line."""
    if mode is None:
        return
    try:
        find_mode(mode)
    except UsageError as error:
        mistakes.add(key if key[0] == "modes" else (*key[:-1], "mode"), str(error))
        return
    for name, value in options.items():
        try:
            find_mode(mode, {name: value})
        except UsageError as error:
            mistakes.add((*key, name), str(error))
