mod ids;
mod keys;
mod sets;
mod versions;
