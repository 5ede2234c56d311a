//! Nothing is served: what is measured is what a browser would load.

fn main() {}
