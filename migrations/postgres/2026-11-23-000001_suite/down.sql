DROP TABLE "order";
DROP TABLE files;
DROP TABLE stock;
DROP TABLE clocks;
DROP TABLE old_notes;
DROP TABLE small_counters;
DROP TABLE authors;
DROP TABLE articles;
