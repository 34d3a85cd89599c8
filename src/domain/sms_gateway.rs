//! What SMS go through, for those who keep and ask about it; the providers themselves are `plugin`'s.

/// The running providers.
pub trait SmsGateway: Send + Sync {
    /// Waits until the changes that are committed by now have arrived, and what they started is there
    /// or has failed; seconds at most. Blocks.
    fn settle(&self);
}
