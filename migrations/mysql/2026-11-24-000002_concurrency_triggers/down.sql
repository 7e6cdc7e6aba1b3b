DROP TRIGGER IF EXISTS `concurrency_entries_version`;
