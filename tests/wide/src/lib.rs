//! Only tests: a table with as many columns as Diesel allows.
