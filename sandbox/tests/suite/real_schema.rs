//! Our cut-down schema held against Shopify's whole one, where a developer has it: SHOPIFY_ADMIN_SCHEMA names the file. It is
//! not ours to publish, so that a machine without it skips the comparison and says so.

use std::path::Path;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use platform::config::environment;

#[test]
fn our_schema_says_nothing_that_shopifys_does_not() {
    let Some(path) = environment("SHOPIFY_ADMIN_SCHEMA") else {
        eprintln!(
            "skipped: SHOPIFY_ADMIN_SCHEMA does not name Shopify's Admin schema (GraphQL SDL), so ours is not compared"
        );
        return;
    };
    let text = std::fs::read_to_string(Path::new(&path)).unwrap();
    let real = Schema::parse(text, "admin.schema.graphql").unwrap_or_else(|errors| errors.partial);
    let ours = Schema::parse_and_validate(sandbox::shopify_schema(), "ours.graphql").unwrap();
    let mut differences = Vec::new();
    for (name, type_) in ours.types.iter().filter(|(_, type_)| !type_.is_built_in()) {
        match real.types.get(name) {
            Some(real) => compare(name, type_, real, &mut differences),
            None => differences.push(format!("type {name} is not there")),
        }
    }
    assert!(ours.types.len() > 150, "{}", ours.types.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn compare(name: &str, ours: &ExtendedType, real: &ExtendedType, differences: &mut Vec<String>) {
    let mut differ = |what: String| differences.push(format!("{name}: {what}"));
    match (ours, real) {
        (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
        (ExtendedType::Enum(ours), ExtendedType::Enum(real)) => {
            for value in ours.values.keys().filter(|value| !real.values.contains_key(*value)) {
                differ(format!("no value {value}"));
            }
        }
        (ExtendedType::Union(ours), ExtendedType::Union(real)) => {
            for member in ours.members.iter().filter(|member| !real.members.contains(*member)) {
                differ(format!("no member {}", member.name));
            }
        }
        (ExtendedType::InputObject(ours), ExtendedType::InputObject(real)) => {
            for (field, definition) in &ours.fields {
                match real.fields.get(field) {
                    Some(real) if real.ty == definition.ty && real.default_value == definition.default_value => {}
                    other => differ(format!("input {field}: {:?}", other.map(|field| field.ty.to_string()))),
                }
            }
            for (field, _) in
                real.fields.iter().filter(|(name, field)| field.is_required() && !ours.fields.contains_key(*name))
            {
                differ(format!("required input {field} is missing"));
            }
        }
        (
            ExtendedType::Object(_) | ExtendedType::Interface(_),
            ExtendedType::Object(_) | ExtendedType::Interface(_),
        ) => {
            compare_fields(ours, real, differ);
        }
        _ => differ("another kind of type".to_owned()),
    }
}

fn compare_fields(ours: &ExtendedType, real: &ExtendedType, mut differ: impl FnMut(String)) {
    let fields = |type_: &ExtendedType| match type_ {
        ExtendedType::Object(object) => object.fields.clone(),
        ExtendedType::Interface(interface) => interface.fields.clone(),
        _ => Default::default(),
    };
    let (ours, real) = (fields(ours), fields(real));
    for (name, field) in &ours {
        let Some(real) = real.get(name) else {
            differ(format!("no field {name}"));
            continue;
        };
        if real.ty != field.ty {
            differ(format!("{name} is {} and not {}", real.ty, field.ty));
        }
        for argument in &field.arguments {
            if real.argument_by_name(&argument.name).is_none_or(|real| real.ty != argument.ty) {
                differ(format!("{name}({})", argument.name));
            }
        }
        for argument in real.arguments.iter().filter(|argument| argument.is_required()) {
            if field.argument_by_name(&argument.name).is_none() {
                differ(format!("{name} requires {}", argument.name));
            }
        }
    }
}
