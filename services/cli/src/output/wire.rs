//! Messages of `docexam.v1` as their proto3 JSON, with the names as the proto files write them.

use anyhow::Context;
use docexam_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use std::sync::OnceLock;

/// On one line, without a line end. `name` is the message's, e.g. `ReviewTask`.
pub fn json<M: Message>(name: &str, message: &M) -> anyhow::Result<String> {
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).ok());
    let descriptor = pool
        .as_ref()
        .and_then(|pool| pool.get_message_by_name(&format!("docexam.v1.{name}")))
        .with_context(|| format!("the program does not know its own message {name}"))?;
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())?;
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .skip_default_fields(false);
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut json);
    dynamic.serialize_with_options(&mut serializer, &options)?;
    Ok(String::from_utf8(json)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_proto::v1::{ReviewTask, review_task};

    #[test]
    fn names_are_those_of_the_proto_files() {
        let task = ReviewTask {
            id: "t".to_owned(),
            state: review_task::State::Open.into(),
            ..Default::default()
        };
        let json = json("ReviewTask", &task).expect("known");
        assert!(
            json.starts_with(r#"{"id":"t","examination_id":"","#),
            "{json}"
        );
        assert!(json.contains(r#""state":"OPEN""#), "{json}");
    }
}
