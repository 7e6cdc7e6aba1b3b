mod ids;
mod keys;
mod versions;
