//! One upsert through tonic over tonic-web-wasm-client.

use js_sys::Array;
use std::time::Duration;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Request, Status};
use tonic_prost::ProstCodec;
use wasm_bindgen::prelude::*;

#[derive(Clone, PartialEq, prost::Message)]
struct E164 {
    #[prost(string, tag = "1")]
    e164: String,
}

/// Only what the call needs of it.
#[derive(Clone, PartialEq, prost::Message)]
struct Upsert {
    #[prost(bytes = "vec", tag = "1")]
    registration: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Upserted {
    #[prost(int32, tag = "1")]
    status_code: i32,
}

/// `[code, message]`: the gRPC code as a number.
#[wasm_bindgen]
pub async fn upsert(base_url: String, timeout_ms: Option<f64>) -> Array {
    let status = match call(base_url, timeout_ms).await {
        Ok(()) => Status::new(tonic::Code::Ok, ""),
        Err(status) => status,
    };
    Array::of2(&JsValue::from(i32::from(status.code())), &JsValue::from_str(status.message()))
}

async fn call(base_url: String, timeout_ms: Option<f64>) -> Result<(), Status> {
    let mut client = Grpc::new(tonic_web_wasm_client::Client::new(base_url));
    client.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
    let number = E164 { e164: "+4799900001".to_owned() };
    let mut request = Request::new(Upsert { registration: prost::Message::encode_to_vec(&number) });
    if let Some(ms) = timeout_ms {
        request.set_timeout(Duration::from_secs_f64(ms / 1000.0));
    }
    let token = "Bearer token".parse().map_err(|_| Status::internal("token"))?;
    request.metadata_mut().insert("authorization", token);
    let path = PathAndQuery::from_static("/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration");
    let codec: ProstCodec<Upsert, Upserted> = ProstCodec::default();
    client.unary(request, path, codec).await.map(drop)
}
