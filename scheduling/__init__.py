"""Time: reminders that are kept on disk and delivered when they are due.

A plain library; it knows no agent and no network. The way through it::

    store = await ReminderStore.open(Path("schedule.db"))
    due = WallTime.of(datetime(2026, 11, 27, 9, tzinfo=ZoneInfo("Europe/Berlin")))
    reminder = await store.add(owner="ann@example.org", text="call John", due=due, now=datetime.now(UTC))
    queue = DueQueue(store, SystemClock(), deliver)  # deliver: an async callable that takes a DueReminder
    queue.start()
    ...
    await queue.stop()
    await store.close()

==================  ==========================================================================
module              concept
==================  ==========================================================================
``walltime``        a time on the clock in somebody's zone, and the instant it stands for
``reminder``        the reminder and its state machine
``recurrence``      which occurrences a rule has, across changes of the clock
``store``           reminders on disk; every change is one transaction
``due_queue``       sleeps until something is due, and has it delivered at least once
``clock``           what time it is, and waiting for a time
``phrases``         times in words
``matching``        which reminder somebody means
==================  ==========================================================================

Importing ``scheduling.store`` brings SQLAlchemy; the other modules are light.
"""
