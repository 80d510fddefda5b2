"""The job as the runner runs it: to its end, and again without harm."""

import io

from registry.domain.declaration import Wish
from registry.logs import open_log
from registry.services.say_word import Word
from registry.storage.sayings import SayingState
from registry.worker.runner import Ending, Runner
from tests.services.test_say_for_many import Label, label
from tests.web.people import ON_SQLITE

__all__ = ["label"]
pytestmark = ON_SQLITE


def test_the_runner_says_it_about_every_work(label: Label) -> None:
    id = label.begin(Word(Wish(preset="no-ai")))
    registry = label.desk.registry
    with registry.reading() as uow:
        job = uow.jobs.of("say", id)
    assert job is not None
    runner = Runner(registry, open_log("error", io.StringIO(), label.desk.clock))
    assert runner.run(job.id) is Ending.DONE
    assert label.found(id).state is SayingState.DONE
    assert label.declarations() == [1] * 7
