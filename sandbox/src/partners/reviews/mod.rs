//! Judge.me and Yotpo as senders: they call a webhook of ours, on the loopback only, with a signature (Judge.me) or a secret in
//! the URL (Yotpo). Nothing of theirs is called by us, so that every path of theirs is unknown here.

mod send;

pub(crate) use self::send::{Sent, send};
use super::{PartnerApi, Refusal, RequestContext};
use crate::call::{Answer, Call};

/// Either of the two.
pub(super) struct Reviews;

impl PartnerApi for Reviews {
    fn account(&self, _call: &Call) -> String {
        String::new()
    }

    fn answer(&self, _call: &Call, _scene: &RequestContext<'_>) -> Answer {
        Answer::new(404, "text/plain", "this partner calls us and is not called: POST /_sandbox/{judgeme|yotpo}/send\n")
    }

    fn refuse(&self, call: &Call, _refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        self.answer(call, context)
    }
}
