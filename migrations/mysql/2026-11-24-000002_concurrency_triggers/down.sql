SET @concurrency_lock_wait_timeout = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = 5;

DROP TRIGGER IF EXISTS `concurrency_entries_version`;

SET SESSION lock_wait_timeout = @concurrency_lock_wait_timeout;
