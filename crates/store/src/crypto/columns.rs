//! The columns that are encrypted, each with its plain form. To add one: a type here, and its entry in [`ENCRYPTED_COLUMNS`],
//! which a test compares with PostgreSQL's catalogue.

use domain::PersonalData;

use super::EncryptedColumn;
use super::reencryption::ColumnEntry;

type DecodeError = Box<dyn std::error::Error + Send + Sync>;

/// Largest raw body that is decompressed; the ingress takes no larger one.
const BODY_BYTES_MAX: usize = 16 * 1_024 * 1_024;

/// Every encrypted column, for what goes through all of them.
pub const ENCRYPTED_COLUMNS: [ColumnEntry; 6] = [
    ColumnEntry::of::<MerchantApiToken>(),
    ColumnEntry::of::<ShopAccessToken>(),
    ColumnEntry::of::<ShopRefreshToken>(),
    ColumnEntry::of::<CustomerEmail>(),
    ColumnEntry::of::<WebhookPersonalData>(),
    ColumnEntry::of::<WebhookBody>(),
];

/// Declares the columns whose value is text, encrypted as its UTF-8.
macro_rules! text_columns {
    ($($(#[doc = $doc:literal])* $name:ident = $table:literal . $column:literal, key $row_key:literal, remedy $remedy:literal;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug)]
            pub enum $name {}

            impl EncryptedColumn for $name {
                const TABLE: &'static str = $table;
                const COLUMN: &'static str = $column;
                const ROW_KEY: &'static str = $row_key;
                const REMEDY: &'static str = $remedy;
                type Value = str;

                fn encode(value: &str, bytes: &mut Vec<u8>) {
                    bytes.extend_from_slice(value.as_bytes());
                }

                fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
                    Ok(std::str::from_utf8(bytes)?.to_owned())
                }
            }
        )*
    };
}

text_columns! {
    /// The e-mail address of a customer.
    CustomerEmail = "customers"."email", key "customer_id",
        remedy "the next webhook that names the customer replaces it, or set email and email_index to NULL";
    /// The token for a merchant's Admin API.
    MerchantApiToken = "merchants"."api_token", key "merchant_id", remedy "set the token of the shop anew";
    /// The token for a shop's Admin API, which ends after an hour.
    ShopAccessToken = "shop_tokens"."access_token", key "merchant_id", remedy "the shop must install the app again";
    /// The token that the next access token is obtained with.
    ShopRefreshToken = "shop_tokens"."refresh_token", key "merchant_id", remedy "the shop must install the app again";
}

/// What a webhook says of a person, for its job.
#[derive(Debug)]
pub enum WebhookPersonalData {}

impl EncryptedColumn for WebhookPersonalData {
    const TABLE: &'static str = "api_logs";
    const COLUMN: &'static str = "personal_data";
    const ROW_KEY: &'static str = "log_id";
    const REMEDY: &'static str = "retention removes it";
    type Value = PersonalData;

    fn encode(value: &PersonalData, bytes: &mut Vec<u8>) {
        serde_json::to_writer(bytes, value).expect("two texts can be written as JSON");
    }

    fn decode(bytes: &[u8]) -> Result<PersonalData, DecodeError> {
        Ok(serde_json::from_slice(bytes)?)
    }
}

/// The raw body of a webhook, an LZ4 block with its length in front.
#[derive(Debug)]
pub enum WebhookBody {}

impl EncryptedColumn for WebhookBody {
    const TABLE: &'static str = "api_log_bodies";
    const COLUMN: &'static str = "body";
    const ROW_KEY: &'static str = "log_id";
    const REMEDY: &'static str = "retention removes it";
    type Value = [u8];

    fn encode(value: &[u8], bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&u32::try_from(value.len()).expect("a body is bounded").to_le_bytes());
        let start = bytes.len();
        bytes.resize(start + lz4_flex::block::get_maximum_output_size(value.len()), 0);
        let compressed = lz4_flex::block::compress_into(value, &mut bytes[start..]).expect("the output has room");
        bytes.truncate(start + compressed);
    }

    fn decode(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
        let (length, block) = lz4_flex::block::uncompressed_size(bytes)?;
        if length > BODY_BYTES_MAX {
            return Err(format!("a body of {length} bytes is too large").into());
        }
        Ok(lz4_flex::block::decompress(block, length)?)
    }
}
