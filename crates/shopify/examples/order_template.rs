//! Prints the body of an order with one line, in Shopify's full shape; `./dev.sh gen` writes it to `loadtest/order.json`, from which
//! the load runs make theirs.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use shopify::testing::OrderPayload;

fn main() {
    println!("{}", OrderPayload::new(5_000_000_000_000).line(2_000, 1).json());
}
