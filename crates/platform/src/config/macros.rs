//! The two macros that make configuration structs: `config!` for a section (one struct field = one variable) and
//! `settings!` for the sections of one process. They only declare; reading and reporting is `Reader`'s.

/// Declares a section: `/// doc` `pub name: Type = "VARIABLE" or "default" in 1..=9,`. No `or`: required, unless the
/// type is an `Option`. `in` bounds the value. Whether it is secret is said by the type. `check` adds a function
/// `fn(&Struct, &mut Reader)` for what fields must mean together.
macro_rules! config {
    (
        $(#[doc = $section_doc:literal])*
        pub struct $section:ident {
            $(
                $(#[doc = $doc:literal])*
                pub $name:ident : $type:ty = $env:literal $(or $default:literal)? $(in $range:expr)?
            ),* $(,)?
        }
        $(check $check:path;)?
    ) => {
        $(#[doc = $section_doc])*
        #[derive(Debug, Clone)]
        pub struct $section {
            $( $(#[doc = $doc])* pub $name: $type, )*
        }

        impl $section {
            /// What is known about the variables without reading them.
            pub const SECTION: $crate::config::Section = $crate::config::Section {
                name: stringify!($section),
                doc: concat!($($section_doc, "\n"),*),
                fields: &[$(
                    $crate::config::Field {
                        env: $env,
                        doc: concat!($($doc, "\n"),*),
                        default: [$(Some($default),)? None][0],
                        secret: <$type as $crate::config::Value>::SECRET,
                        optional: <$type as $crate::config::Value>::OPTIONAL,
                    }
                ),*],
            };

            /// Reads the section; mistakes are noted in `reader`.
            pub fn read(reader: &mut $crate::config::Reader<'_>) -> Option<Self> {
                let mut fields = Self::SECTION.fields.iter();
                $(
                    let $name = fields.next().and_then(|field| {
                        reader.field::<$type>(field, |_value| {
                            $( $crate::config::value::in_range(_value, &($range))?; )?
                            Ok(())
                        })
                    });
                )*
                let section = Self { $($name: $name?),* };
                $( $check(&section, reader); )?
                Some(section)
            }
        }

        impl std::fmt::Display for $section {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $( writeln!(formatter, "{}={}", $env, $crate::config::Value::show(&self.$name))?; )*
                Ok(())
            }
        }
    };
}

/// Declares the settings of one process: a struct whose fields are sections.
macro_rules! settings {
    (
        $(#[doc = $doc:literal])*
        pub struct $settings:ident { $( $(#[doc = $field_doc:literal])* pub $name:ident : $section:ty ),* $(,)? }
        $(check $check:path;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $settings {
            $( $(#[doc = $field_doc])* pub $name: $section, )*
        }

        impl $settings {
            /// The sections, in order.
            pub const SECTIONS: &[$crate::config::Section] = &[$(<$section>::SECTION),*];

            /// Reads the process's environment.
            ///
            /// # Errors
            /// Every mistake at once, each with its remedy.
            pub fn from_env() -> Result<Self, $crate::config::ConfigErrors> {
                Self::from_lookup($crate::config::environment)
            }

            /// Reads variables through `lookup`: for tests.
            ///
            /// # Errors
            /// Every mistake at once, each with its remedy.
            pub fn from_lookup(
                lookup: impl Fn(&str) -> Option<String>,
            ) -> Result<Self, $crate::config::ConfigErrors> {
                let mut reader = $crate::config::Reader::new(&lookup);
                $( let $name = <$section>::read(&mut reader); )*
                let whole = (|| Some(Self { $($name: $name?),* }))();
                $( if let Some(whole) = &whole { $check(whole, &mut reader); } )?
                reader.finish(whole)
            }

            /// The variables as a table for `--help`.
            #[must_use]
            pub fn help() -> String {
                $crate::config::help(Self::SECTIONS)
            }
        }

        impl std::fmt::Display for $settings {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $( self.$name.fmt(formatter)?; )*
                Ok(())
            }
        }
    };
}

pub(super) use {config, settings};
