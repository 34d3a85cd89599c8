//! Write SMS providers for Belfry.
