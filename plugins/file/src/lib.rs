//! Belfry SMS provider.
