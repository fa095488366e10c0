"""A view of each table for people who browse the file: names in the place of keys.

`browse_TABLE` shows a table's rows with what they refer to, small columns first, long texts last.
Nothing of paragen reads them.
"""

from __future__ import annotations

from collections.abc import Mapping

BROWSE = "browse_"

CANDIDATE = """
    SELECT c.key, r.id AS run, r.task_name AS task, r.task_type, c.id AS candidate,
           g.name AS generator, g.model, g.temperature
    FROM candidates AS c
    JOIN runs AS r ON r.key = c.run
    JOIN generators AS g ON g.key = c.generator
"""
"""Whose a row that belongs to a candidate is."""

SELECTS: Mapping[str, str] = {
    "sessions": """
        SELECT s.id AS session, s.started_at, s.paragen_version,
               (SELECT count(*) FROM runs WHERE runs.session = s.key) AS runs,
               s.fingerprint, s.settings
        FROM sessions AS s
    """,
    "runs": """
        SELECT r.id AS run, s.id AS session, r.started_at, r.ended_at, r.state, r.exit_code,
               r.task_name AS task, r.task_type, r.mode, g.name AS winner, g.model AS winner_model,
               n.combined, r.reason, r.finish, r.wall_s, r.deadline_s, r.seed,
               (SELECT count(*) FROM candidates WHERE candidates.run = r.key) AS candidates,
               (SELECT count(*) FROM candidates
                WHERE candidates.run = r.key AND status = 'passed') AS passes,
               r.quality_weight, r.speed_weight, r.sandbox_level, r.sandbox_sealed, r.resumed,
               r.language, r.entry_point, r.task_path, r.task_sha256, r.task_type_inferred,
               r.paragen_version, r.criteria, r.mode_options, r.limits, r.packages, r.needs,
               r.warnings, r.prompt, r.tests, r.examples
        FROM runs AS r
        JOIN sessions AS s ON s.key = r.session
        LEFT JOIN selections AS n ON n.run = r.key
        LEFT JOIN generators AS g ON g.key = n.generator
    """,
    "generators": """
        SELECT g.name AS generator, g.model, g.temperature, g.host, g.tags, g.options, g.sha256,
               g.system
        FROM generators AS g
    """,
    "models": """
        SELECT m.name AS model, m.digest, m.server_version FROM models AS m
    """,
    "candidates": """
        SELECT r.id AS run, r.started_at, r.task_name AS task, r.task_type, c.id AS candidate,
               g.name AS generator, g.model, g.temperature, c.copy, c.seed, c.host, c.status,
               c.rank, c.tests_passed, c.tests_total, c.quality, c.speed, c.combined, c.reward,
               c.cached, c.tokens_per_s, c.generation_s, c.load_s, c.prompt_s, c.decode_s,
               c.queue_s, c.prompt_tokens, c.completion_tokens, c.done_reason, c.execution_s,
               c.peak_bytes, c.verdict, c.level, c.sealed, c.unsealed_because, c.evaluator,
               c.role, c.purpose, c.parents, c.error_kind, c.error_message, m.digest,
               m.server_version, c.detail, c.code, c.answer, c.thinking
        FROM candidates AS c
        JOIN runs AS r ON r.key = c.run
        JOIN generators AS g ON g.key = c.generator
        LEFT JOIN models AS m ON m.key = c.model
    """,
    "cases": f"""
        SELECT c.run, c.task, c.task_type, c.candidate, c.generator, c.model, c.temperature,
               cases.position, cases.name, cases.outcome, cases.detail
        FROM cases JOIN ({CANDIDATE}) AS c ON c.key = cases.candidate
    """,
    "measures": f"""
        SELECT c.run, c.task, c.task_type, c.candidate, c.generator, c.model, c.temperature,
               measures.name, measures.value
        FROM measures JOIN ({CANDIDATE}) AS c ON c.key = measures.candidate
    """,
    "selections": f"""
        SELECT c.run, c.task, c.task_type, c.candidate, c.generator, c.model, c.temperature,
               n.combined, n.quality_weight, n.speed_weight, n.reason, n.criteria
        FROM selections AS n JOIN ({CANDIDATE}) AS c ON c.key = n.candidate
    """,
    "plans": """
        SELECT s.id AS session, p.position, p.run, r.state,
               json_extract(p.plan, '$.plan.task.name') AS task,
               json_extract(p.plan, '$.plan.mode') AS mode, p.plan
        FROM plans AS p
        JOIN sessions AS s ON s.key = p.session
        LEFT JOIN runs AS r ON r.id = p.run
    """,
    "attempts": """
        SELECT p.run, a.position, a.id AS attempt, g.name AS generator, g.model, g.temperature,
               a.copy, a.seed, a.role, a.purpose, a.parents
        FROM attempts AS a
        JOIN plans AS p ON p.key = a.plan
        JOIN generators AS g ON g.key = a.generator
    """,
    "loads": """
        SELECT l.ended_at, l.host, l.model, l.num_ctx, l.load_s FROM loads AS l
    """,
    "answers": """
        SELECT a.key AS request, a.kept_at, json_extract(a.answer, '$.text') AS text, a.answer
        FROM answers AS a
    """,
    "baselines": """
        SELECT b.name AS baseline, b.saved_at, b.id,
               (SELECT count(*) FROM baseline_records WHERE baseline = b.key) AS records
        FROM baselines AS b
    """,
    "baseline_records": """
        SELECT b.name AS baseline, b.saved_at, t.generator, t.model, t.temperature, t.task_type,
               t.task_sha256, t.plays, t.passes, t.quality, t.speed, t.generation_s
        FROM baseline_records AS t JOIN baselines AS b ON b.key = t.baseline
    """,
    "feedback": """
        SELECT f.given_at, f.kind, f.task_type, f.run, r.task_name AS task, f.candidate,
               g.name AS generator, g.model, g.temperature, f.other, f.rating, f.quality, f.speed,
               f.other_quality, f.other_speed, f.quality_weight, f.id, f.undone, f.note
        FROM feedback AS f
        LEFT JOIN runs AS r ON r.id = f.run
        LEFT JOIN candidates AS c ON c.run = r.key AND c.id = f.candidate
        LEFT JOIN generators AS g ON g.key = c.generator
    """,
    "audits": """
        SELECT a.audited_at, a.run, r.task_name AS task, a.task_type, a.candidate,
               g.name AS generator, g.model, g.temperature, a.weak, a.stubs_passed, a.stubs,
               a.mutants_passed, a.mutants, a.id, a.task_sha256, a.survivors
        FROM audits AS a
        LEFT JOIN runs AS r ON r.id = a.run
        LEFT JOIN candidates AS c ON c.run = r.key AND c.id = a.candidate
        LEFT JOIN generators AS g ON g.key = c.generator
    """,
    "ratings": """
        SELECT t.task_type, t.grouping, t.player, t.mu, t.sigma FROM ratings AS t
    """,
    "rated": """
        SELECT t.task_type, t.through, t.runs, t.preferences FROM rated AS t
    """,
}

LATER: Mapping[str, str] = {
    "experts": """
        SELECT e.evolved_at, e.name AS expert, e.task_type, e.model, e.temperature, e.rival,
               e.rival_model, e.rival_temperature, e.measure, e.plays, e.passes, e.seed, e.session,
               e.id, e.evolved_from, e.recipe
        FROM experts AS e
    """,
}
"""Those of tables that came after the step below: the step of each table makes its own."""

VIEWS = (
    *(f"CREATE VIEW {BROWSE}{table} AS {select}" for table, select in SELECTS.items()),
    # The newest sessions and loads: keys say in which order they came into this file, no more.
    "CREATE INDEX sessions_started ON sessions (started_at)",
    "CREATE INDEX loads_ended ON loads (ended_at)",
)
