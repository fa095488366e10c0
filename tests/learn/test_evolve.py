"""The laws of the genetic search: bounds, inheritance, no doubles, the budget, the same again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.domain.generator import Generator
from paragen.learn import bootstrap, evolve
from paragen.learn.evolve import (
    FEWEST_TASKS,
    Individual,
    Played,
    expert_names,
    held_back,
    least_budget,
    offspring,
    spending,
    split,
    survivors,
)
from paragen.learn.experts import OFFSPRING
from paragen.learn.genes import (
    NUMBERS,
    OF_MODEL,
    SAMPLING,
    SYSTEM_PROMPTS,
    digest,
    genome,
    lots_of,
    mutated,
)
from paragen.learn.paired import FEWEST, Finding, Measure, TaskTally, compare

BREEDS = st.builds(
    Generator,
    name=st.just(""),
    model=st.sampled_from(["m:7b", "n:1b"]),
    temperature=st.sampled_from([0.0, 0.3, 0.55, 1.9]),
    num_ctx=st.sampled_from([4096, 8192]),
    top_p=st.sampled_from([None, 0.5, 0.97]),
    top_k=st.sampled_from([None, 1, 100]),
    min_p=st.sampled_from([None, 0.0, 0.7]),
    repeat_penalty=st.sampled_from([None, 1.0, 2.0]),
    num_predict=st.sampled_from([None, 512]),
    system=st.sampled_from([None, "Own words.", ""]),
    host=st.sampled_from([None, "gpu0"]),
)
PARENTS = st.lists(BREEDS, min_size=1, max_size=5).map(
    lambda found: [
        Individual(generator=replace(one, name=f"p{n}"), founders=(f"p{n}",))
        for n, one in enumerate(found)
    ]
)


def bred(
    parents: list[Individual], number: int = 6, seed: int = 0, generation: int = 1
) -> tuple[Individual, ...]:
    return offspring(
        parents,
        number,
        task_type="api",
        seed=seed,
        generation=generation,
        known={genome(one.generator) for one in parents},
    )


class TestOffspring:
    @given(PARENTS, st.integers(0, 12), st.integers(0, 2**40), st.integers(1, 9))
    @settings(max_examples=150, deadline=None)
    def test_each_gene_is_a_parents_or_a_mutation_within_bounds(
        self, parents: list[Individual], number: int, seed: int, generation: int
    ) -> None:
        for child in bred(parents, number, seed, generation):
            own = child.generator
            for name, gene in NUMBERS.items():
                value = getattr(own, name)
                inherited = value in {getattr(one.generator, name) for one in parents}
                assert inherited or gene.low <= value <= gene.high
                assert inherited or round(value / gene.grain, 6) == round(value / gene.grain)
            assert own.top_k is None or isinstance(own.top_k, int)
            systems = {one.generator.system for one in parents}
            assert own.system in systems | set(SYSTEM_PROMPTS)
            block = [getattr(own, name) for name in OF_MODEL]
            assert block in [[getattr(one.generator, n) for n in OF_MODEL] for one in parents]

    @given(PARENTS, st.integers(0, 30), st.integers(0, 2**40))
    @settings(max_examples=100, deadline=None)
    def test_none_is_known_or_a_double(
        self, parents: list[Individual], number: int, seed: int
    ) -> None:
        children = bred(parents, number, seed)
        genomes = [genome(one.generator) for one in (*parents, *children)]
        assert len(children) <= number
        assert len(set(genomes[len(parents) :])) == len(children)
        assert not set(genomes[: len(parents)]) & set(genomes[len(parents) :])
        assert len({one.name for one in children}) == len(children)

    @given(PARENTS, st.integers(0, 2**40))
    @settings(max_examples=50, deadline=None)
    def test_the_same_seed_gives_the_same(self, parents: list[Individual], seed: int) -> None:
        assert bred(parents, seed=seed) == bred(parents, seed=seed)
        assert bred(parents, 3, seed) == bred(parents, 6, seed)[:3]

    def test_what_the_configs_defaults_say_is_never_left_open(self) -> None:
        """Since no section of a config could say so."""
        template = Generator(name="", model="", system="Default.", top_p=0.9, min_p=0.1)
        one = Individual(generator=Generator(name="p", model="m"), founders=("p",))
        children = offspring(
            [one], 30, task_type="api", seed=0, generation=1, known=(), template=template
        )
        assert len({genome(child.generator) for child in children}) == 30
        for child in children:
            own = child.generator
            assert None not in (own.system, own.top_p, own.min_p)
        assert any(child.generator.top_k is None for child in children)

    def test_another_seed_or_generation_gives_others(self) -> None:
        one = [Individual(generator=Generator(name="p", model="m"), founders=("p",))]
        assert bred(one, seed=1) != bred(one, seed=2)
        assert bred(one, generation=1) != bred(one, generation=2)

    def test_it_ends_where_all_is_known(self) -> None:
        class Everything(frozenset[tuple[object, ...]]):
            def __contains__(self, one: object) -> bool:
                return True

        one = Individual(generator=Generator(name="p", model="m"), founders=("p",))
        assert not evolve.offspring(
            [one], 9, task_type="api", seed=0, generation=1, known=Everything()
        )

    def test_the_better_have_more_offspring(self) -> None:
        parents = [
            Individual(generator=Generator(name=f"p{n}", model=f"m{n}"), founders=(f"p{n}",))
            for n in range(4)
        ]
        models = [one.generator.model for one in bred(parents, 200)]
        counts = [models.count(f"m{n}") for n in range(4)]
        assert counts == sorted(counts, reverse=True)
        assert counts[0] > 2 * counts[3]
        assert all(counts)

    def test_names_tags_and_where_they_come_from(self) -> None:
        parents = [
            Individual(generator=Generator(name=f"p{n}", model=f"m{n}"), founders=(f"p{n}",))
            for n in range(2)
        ]
        for child in bred(parents):
            assert child.name == f"api-evolved-{digest(child.generator)}"
            assert child.generator.tags == (OFFSPRING, "api")
            assert set(child.founders) == {"p0", "p1"}
        whose = {(child.founders[0], child.generator.model) for child in bred(parents, 60)}
        assert len(whose) == 4, "the model is one gene, of either"

    @given(BREEDS, st.integers(0, 2**30))
    def test_all_that_can_mutate_does_where_it_must(self, one: Generator, seed: int) -> None:
        child = mutated(one, lots_of(seed), rate=1.0)
        assert child.system != one.system
        assert all(getattr(child, name) != getattr(one, name) for name in NUMBERS)
        assert all(getattr(child, name) == getattr(one, name) for name in OF_MODEL)

    @given(st.sampled_from(sorted(NUMBERS)), st.integers(0, 2**30), st.floats(0, 2))
    def test_a_mutation_changes_something(self, name: str, seed: int, value: float) -> None:
        gene = NUMBERS[name]
        found = gene.mutated(value, lots_of(seed))
        assert found != value
        assert gene.low <= found <= gene.high

    def test_at_temperature_0_sampling_makes_no_difference(self) -> None:
        greedy = Generator(name="a", model="m", temperature=0.0)
        for name in SAMPLING:
            other = replace(greedy, name="b", **{name: 1})  # type: ignore[arg-type] # of any type
            assert genome(other) == genome(greedy)
            warm = replace(other, temperature=0.5)
            assert genome(warm) != genome(replace(greedy, temperature=0.5))


class TestSpending:
    @given(
        st.integers(0, 300),
        st.integers(1, 8),
        st.integers(1, 2000),
        st.integers(1, 20),
        st.integers(1, 40),
    )
    @settings(max_examples=400)
    def test_the_budget_is_never_exceeded(
        self, tasks: int, parents: int, budget: int, generations: int, population: int
    ) -> None:
        found = spending(
            tasks, parents, budget=budget, generations=generations, population=population
        )
        possible = tasks >= FEWEST_TASKS and budget >= least_budget(parents)
        assert (found is not None) == possible
        if found is None:
            return
        assert found.most <= budget
        assert found.selection >= 1
        assert FEWEST <= found.held_back <= held_back(tasks)
        assert found.selection <= tasks - held_back(tasks)
        assert 1 <= found.generations <= generations
        assert 1 <= found.population <= population
        selecting = (parents + found.generations * found.population) * found.selection
        for spent in (0, selecting):
            assert spent + 2 * found.held_back * found.copies(spent) <= budget
        final = 2 * found.held_back
        assert found.most == selecting + final * found.copies(selecting)
        if budget >= 3 * parents:
            share = min(evolve.MOST_COPIES, int(budget * evolve.FINAL) // final)
            assert found.copies(selecting) >= share, "selecting leaves the end its share"

    @pytest.mark.parametrize(
        ("left", "copies"), [(0, 1), (13, 1), (28, 2), (69, 4), (70, 5), (900, 5)]
    )
    def test_what_is_left_is_played_at_the_end(self, left: int, copies: int) -> None:
        found = spending(14, 4, budget=200, generations=3, population=6)
        assert found is not None
        assert found.held_back == 7
        assert found.copies(200 - left) == copies

    def test_few_tasks_are_played_often_at_the_end(self) -> None:
        found = spending(20, 4, budget=200, generations=3, population=6)
        assert found is not None
        assert (found.selection, found.held_back, found.copies(22 * 5)) == (5, 10, 4)
        assert found.most == 22 * 5 + 2 * 10 * 4

    def test_many_parents_come_before_copies(self) -> None:
        budget = least_budget(50) + 1
        assert spending(12, 50, budget=budget, generations=3, population=6) is not None

    @given(st.integers(FEWEST_TASKS, 60), st.integers(30, 400))
    def test_no_task_is_on_both_sides(self, tasks: int, budget: int) -> None:
        found = spending(tasks, 4, budget=budget, generations=3, population=6)
        assert found is not None
        by_hash = {f"{number * 7919 % 1000:03}": number for number in range(tasks)}
        selecting, held = split(by_hash, found)
        assert (len(selecting), len(held)) == (found.selection, found.held_back)
        assert not set(selecting) & set(held)
        assert split(dict(reversed(by_hash.items())), found) == (selecting, held)

    def test_the_fewest_can_tell_and_one_less_cant(self) -> None:
        won, lost = TaskTally(plays=1, passes=1), TaskTally(plays=1, passes=0)
        for count, finding in ((FEWEST, Finding.BETTER), (FEWEST - 1, Finding.UNDECIDED)):
            names = [str(number) for number in range(count)]
            found = compare(dict.fromkeys(names, won), dict.fromkeys(names, lost))
            assert found.finding is finding


class TestSelection:
    def played(self, passes: int, reward: float, tasks: int = 4) -> Played:
        names = [str(number) for number in range(tasks)]
        return Played(
            tallies={
                name: TaskTally(plays=1, passes=int(number < passes), quality=reward, speed=reward)
                for number, name in enumerate(names)
            },
            rewards=dict.fromkeys(names, reward),
        )

    def test_passes_come_before_rewards(self) -> None:
        people = [
            Individual(generator=Generator(name=name, model="m"), founders=(name,))
            for name in ("slow", "quick", "two", "gone", "hardly")
        ]
        played = {
            "slow": self.played(3, 0.5),
            "quick": self.played(3, 0.6),
            "two": self.played(2, 0.9),
            "hardly": self.played(1, 1.0, tasks=1),
        }
        ranked = survivors(people, played, 4, Measure.PASSES)
        assert [one.name for one in ranked] == ["quick", "slow", "two"]
        ranked = survivors(people, played, 4, Measure.SCORE)
        assert [one.name for one in ranked] == ["two", "quick", "slow"]

    def test_milliseconds_choose_nobody(self) -> None:
        assert self.played(3, 0.5).fitness(Measure.PASSES) == self.played(3, 0.5002).fitness(
            Measure.PASSES
        )
        assert self.played(3, 0.5).fitness(Measure.SCORE) == self.played(3, 0.5002).fitness(
            Measure.SCORE
        )
        assert self.played(3, 0.5) != self.played(3, 0.5002)

    @pytest.mark.parametrize("by", Measure)
    def test_who_comes_to_no_end_gains_nothing(self, by: Measure) -> None:
        failing, rambling = self.played(2, 0.5), self.played(2, 0.5, tasks=2)
        assert rambling.fitness(by) > failing.fitness(by)
        assert replace(rambling, unended=2).fitness(by) <= failing.fitness(by)


@pytest.mark.parametrize(
    ("task_type", "taken", "name"),
    [
        ("api", (), "api-expert-1"),
        ("api", ("api-expert-1", "api-expert-3"), "api-expert-2"),
        ("two words, more", (), "two-words-more-expert-1"),
        ("!", (), "general-expert-1"),
    ],
)
def test_an_experts_name_is_free(task_type: str, taken: tuple[str, ...], name: str) -> None:
    assert expert_names(task_type, taken)[-1] == name


def test_the_names_of_earlier_experts_come_before_it() -> None:
    taken = ("api-expert-2", "api-expert-1", "sql-expert-3")
    assert expert_names("api", taken) == ("api-expert-1", "api-expert-2", "api-expert-3")


@pytest.mark.slow
def test_what_is_held_back_keeps_luck_from_winning(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are equally good: who looks best in the selection is kept hardly ever.

    By the tasks of the selection it would be every few searches.
    """
    monkeypatch.setattr(bootstrap, "MOST_DRAWS", 0)  # intervals play no part in it
    searches, tasks, population = 150, 40, 18

    def played(*key: object) -> dict[str, TaskTally]:
        lots = lots_of(*key)
        return {
            str(number): TaskTally(plays=1, passes=int(next(lots) < 0.5)) for number in range(tasks)
        }

    kept = by_selection = 0
    for search in range(searches):
        parent = played(search, "parent")
        offspring = [played(search, "child", number) for number in range(population)]
        best = max(offspring, key=lambda one: sum(tally.passes for tally in one.values()))
        by_selection += compare(best, parent).finding is Finding.BETTER
        final = played(search, "best again"), played(search, "parent again")
        kept += compare(*final).finding is Finding.BETTER
    assert kept <= 0.05 * searches
    assert by_selection >= 0.1 * searches
