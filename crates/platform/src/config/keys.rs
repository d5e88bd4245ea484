//! The keys of personal data: their sections, and the values only they have. One key encrypts, several decrypt, so that a
//! key can be replaced while every ciphertext stays readable.

use super::macros::config;
use super::{Key32, Reader, Secret, Value};

/// Longest name of a key.
const KEY_ID_CHARS_MAX: usize = 16;
/// Shortest name of a key. Two characters are part of what tells a ciphertext from what earlier versions stored.
const KEY_ID_CHARS_MIN: usize = 2;

config! {
    /// Keys that encrypt personal data and tokens at rest; only processes that write or read such data are given them.
    pub struct EncryptionConfig {
        /// Key under which columns are encrypted: 64 hexadecimal digits, made with `openssl rand -hex 32`.
        pub pii_key: Secret<Key32> = "PII_KEY",
        /// Name of that key, stored in each ciphertext: 2 to 16 letters, digits, `.`, `_` and `-`. A new key takes a new name.
        pub pii_key_id: KeyId = "PII_KEY_ID" or "k1",
        /// Further keys, which decrypt and never encrypt, as `NAME:DIGITS,NAME:DIGITS`: earlier ones, as long as rows encrypted under them exist, and the next one, which every process must have before any encrypts under it.
        pub pii_read_keys: Option<Secret<NamedKeys>> = "PII_READ_KEYS",
    }
    check check_encryption;
}

config! {
    /// The key of the blind index, by which an encrypted e-mail address is found; only processes that look addresses up are given it.
    pub struct EmailIndexConfig {
        /// Key of the blind index over e-mail addresses: 64 hexadecimal digits, never the same as PII_KEY. It cannot be changed.
        pub email_index_key: Secret<Key32> = "EMAIL_INDEX_KEY",
    }
}

impl EncryptionConfig {
    /// The keys that only decrypt, with their names.
    pub fn read_keys(&self) -> impl Iterator<Item = (&KeyId, &Secret<Key32>)> {
        self.pii_read_keys.iter().flat_map(|keys| keys.expose().iter())
    }
}

/// The name of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId(String);

impl KeyId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for KeyId {
    fn parse(text: &str) -> Result<Self, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if plain && (KEY_ID_CHARS_MIN..=KEY_ID_CHARS_MAX).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("must be {KEY_ID_CHARS_MIN} to {KEY_ID_CHARS_MAX} letters, digits, `.`, `_` and `-`"))
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// Keys with their names. Always wrapped in [`Secret`].
#[derive(Clone, PartialEq, Eq)]
pub struct NamedKeys(Vec<(KeyId, Secret<Key32>)>);

impl NamedKeys {
    /// Each key with its name, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (&KeyId, &Secret<Key32>)> {
        self.0.iter().map(|(name, key)| (name, key))
    }
}

impl Value for NamedKeys {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let named = text.split(',').map(|one| {
            let (name, key) = one.trim().split_once(':').ok_or("must be NAME:DIGITS, several with commas between")?;
            Ok((KeyId::parse(name)?, Secret::new(Key32::parse(key)?)))
        });
        named.collect::<Result<_, String>>().map(Self)
    }

    fn show(&self) -> String {
        "[secret]".to_owned()
    }
}

fn check_encryption(encryption: &EncryptionConfig, reader: &mut Reader<'_>) {
    let mut names = vec![&encryption.pii_key_id];
    let mut keys = vec![&encryption.pii_key];
    for (name, key) in encryption.read_keys() {
        if names.contains(&name) {
            reader.note("PII_READ_KEYS", format!("names the key `{}` twice, or the current one", name.as_str()));
        }
        if keys.contains(&key) {
            reader.note("PII_READ_KEYS", "holds one key under two names, or the current one");
        }
        names.push(name);
        keys.push(key);
    }
}

/// Refuses a key of the blind index that also encrypts.
pub(super) fn check_email_index(
    encryption: &EncryptionConfig,
    email_index: &EmailIndexConfig,
    reader: &mut Reader<'_>,
) {
    let key = &email_index.email_index_key;
    if encryption.pii_key == *key || encryption.read_keys().any(|(_, previous)| previous == key) {
        reader.note("EMAIL_INDEX_KEY", "must differ from PII_KEY: make another with `openssl rand -hex 32`");
    }
}
